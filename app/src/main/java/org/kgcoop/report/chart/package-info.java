/**
 * Charts as SVG: a plot says where its shapes and texts go, the style sheet of the page which
 * colors they have by day, by night and in print. Nothing is drawn here, so no font is needed.
 */
@NullMarked
package org.kgcoop.report.chart;

import org.jspecify.annotations.NullMarked;
