/**
 * Downloads weights and public data sets by name, and uses the caches of other tools.
 *
 * <p>Start at {@link org.kgcoop.download.Downloader}.
 */
@CheckReturnValue
@NullMarked
package org.kgcoop.download;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
