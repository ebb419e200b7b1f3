/**
 * Pages about runs, finished or under way, for a browser. {@link org.kgcoop.report.ReportPage}
 * makes one of stored results; records say what stands on it, the templates in {@code src/main/jte}
 * where.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.report;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
