/** The README's example of an exported classifier, as a program has it. */
@NullMarked
package org.kgcoop.example;

import org.jspecify.annotations.NullMarked;
