/**
 * Charts as SVG. A plot defines the positions of shapes and texts. The style sheet of the page
 * defines the colors of the light theme, the dark theme and print. The package rasterizes nothing,
 * so it needs no fonts.
 */
@NullMarked
package org.kgcoop.report.chart;

import org.jspecify.annotations.NullMarked;
