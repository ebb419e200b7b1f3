/**
 * Configuration files to options: this program's own and those of the published code. Start at
 * {@link org.kgcoop.config.ConfigFile}.
 */
@NullMarked
package org.kgcoop.config;

import org.jspecify.annotations.NullMarked;
