/** Tests of CLIP: sizes, tokens, features. Weights are random and tiny. */
@NullMarked
package org.kgcoop.clip;

import org.jspecify.annotations.NullMarked;
