/**
 * The command that opens the page on which a person labels a folder. Start at {@link
 * org.kgcoop.cli.label.LabelCommand}.
 */
@NullMarked
package org.kgcoop.cli.label;

import org.jspecify.annotations.NullMarked;
