/**
 * The command line: parse, call, print. One class a command; {@link org.kgcoop.cli.Main} lists them
 * and turns errors into one line and an exit code.
 */
@NullMarked
package org.kgcoop.cli;

import org.jspecify.annotations.NullMarked;
