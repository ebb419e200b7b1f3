/** Tests of splits and draws; reference values come from Pillow and CPython. */
@NullMarked
package org.kgcoop.data;

import org.jspecify.annotations.NullMarked;
