/**
 * Options that commands share, each group a mixin, and files of options. Start at {@link
 * org.kgcoop.cli.options.TrainingOptions}.
 */
@NullMarked
package org.kgcoop.cli.options;

import org.jspecify.annotations.NullMarked;
