/**
 * Options that several commands share, one mixin per group, and settings files. Start at {@link
 * org.kgcoop.cli.options.SettingOptions}.
 */
@NullMarked
package org.kgcoop.cli.options;

import org.jspecify.annotations.NullMarked;
