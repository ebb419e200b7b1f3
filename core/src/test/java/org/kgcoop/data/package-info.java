/** Tests of splits and few-shot samples. Reference values come from Pillow and CPython. */
@NullMarked
package org.kgcoop.data;

import org.jspecify.annotations.NullMarked;
