/**
 * Image features on many machines. {@link FeatureJob} lists images on the executors ({@code
 * Listing}), divides them into tasks, and lets each task write files of a {@link
 * org.kgcoop.features.FeatureCache} ({@code EncodeTask}, {@code FeatureCacheFolder}). Nothing but
 * names goes through the network of the cluster.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.cluster.features;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
