/**
 * Random numbers: Python's generator, which the published code uses for few-shot samples, and
 * generators seeded by a text.
 */
@NullMarked
package org.kgcoop.random;

import org.jspecify.annotations.NullMarked;
