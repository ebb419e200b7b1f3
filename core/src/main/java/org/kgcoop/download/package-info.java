/**
 * Downloads files completely or not at all, and resumes after an interruption.
 *
 * <p>Start at {@link org.kgcoop.download.Downloader}.
 */
@CheckReturnValue
@NullMarked
package org.kgcoop.download;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
