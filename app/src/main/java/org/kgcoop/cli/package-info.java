/**
 * The command line: each command parses options, calls the library and prints results. Each command
 * is one class. {@link org.kgcoop.cli.Main} lists them and converts errors to one line and an exit
 * code.
 */
@NullMarked
package org.kgcoop.cli;

import org.jspecify.annotations.NullMarked;
