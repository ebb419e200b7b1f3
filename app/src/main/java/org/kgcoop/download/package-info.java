/**
 * Weights and public data sets by name: from caches that other tools use, else over the network.
 * Start at {@link org.kgcoop.download.Downloader} and {@link org.kgcoop.download.ReleasedWeights}.
 */
@CheckReturnValue
@NullMarked
package org.kgcoop.download;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
