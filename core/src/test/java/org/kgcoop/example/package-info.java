/** The programs of docs/how-to/use-from-java.md. */
@NullMarked
package org.kgcoop.example;

import org.jspecify.annotations.NullMarked;
