/**
 * The command line of a command, and its output: results, progress, tables and errors. Start at
 * {@link org.kgcoop.cli.console.Output}.
 */
@NullMarked
package org.kgcoop.cli.console;

import org.jspecify.annotations.NullMarked;
