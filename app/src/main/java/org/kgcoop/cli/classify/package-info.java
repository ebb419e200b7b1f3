/**
 * Commands that classify images, measure classifiers, serve and export them. Start at {@link
 * org.kgcoop.cli.classify.PredictCommand}.
 */
@NullMarked
package org.kgcoop.cli.classify;

import org.jspecify.annotations.NullMarked;
