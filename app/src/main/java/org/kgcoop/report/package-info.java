/**
 * HTML pages about runs that are complete or in progress. {@link org.kgcoop.report.ReportPage}
 * makes a page from stored results. Each {@code *Section} class fills a {@code Section}, which
 * writes its parts as HTML.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.report;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
