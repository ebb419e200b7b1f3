/**
 * Image features on many machines. {@link FeatureJob} lists images on the executors ({@code
 * Listing}) and divides them into tasks. Each task writes files of a {@link
 * org.kgcoop.features.FeatureCache} ({@code Encoding}, {@code FeatureCacheFolder}). Only names go
 * through the network of the cluster.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.cluster.features;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
