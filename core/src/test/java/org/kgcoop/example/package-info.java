/** The programs that README shows. */
@NullMarked
package org.kgcoop.example;

import org.jspecify.annotations.NullMarked;
