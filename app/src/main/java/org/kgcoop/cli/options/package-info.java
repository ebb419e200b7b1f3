/**
 * Options that several commands share, one mixin per group, and configuration files with options.
 * Start at {@link org.kgcoop.cli.options.TrainingOptions}.
 */
@NullMarked
package org.kgcoop.cli.options;

import org.jspecify.annotations.NullMarked;
