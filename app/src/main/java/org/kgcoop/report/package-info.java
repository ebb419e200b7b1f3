/**
 * HTML pages about runs that are complete or in progress. {@link org.kgcoop.report.ReportPage}
 * makes a page from stored results. Records define the content of the page, and {@code PageHtml}
 * writes them as HTML.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.report;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
