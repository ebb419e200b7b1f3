/** The program that README shows. */
@NullMarked
package org.kgcoop.example;

import org.jspecify.annotations.NullMarked;
