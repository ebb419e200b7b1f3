/**
 * Random numbers: Python's, which published draws are made with, and generators that belong to a
 * text.
 */
@NullMarked
package org.kgcoop.random;

import org.jspecify.annotations.NullMarked;
