/**
 * The line that a command belongs to, and how commands speak: output, progress, tables. Start at
 * {@link org.kgcoop.cli.console.Output}.
 */
@NullMarked
package org.kgcoop.cli.console;

import org.jspecify.annotations.NullMarked;
