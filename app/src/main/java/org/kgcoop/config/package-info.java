/**
 * Translates configuration files to options: kgcoop's own files and those of the published code.
 *
 * <p>Start at {@link org.kgcoop.config.ConfigFile}.
 */
@NullMarked
package org.kgcoop.config;

import org.jspecify.annotations.NullMarked;
