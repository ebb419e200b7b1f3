/**
 * Commands that classify images, and that evaluate, serve and export classifiers. Start at {@link
 * org.kgcoop.cli.classify.PredictCommand}.
 */
@NullMarked
package org.kgcoop.cli.classify;

import org.jspecify.annotations.NullMarked;
