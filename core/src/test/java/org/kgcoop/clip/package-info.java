/** What a CLIP must be: its sizes, its tokens, its features. Weights are random and tiny. */
@NullMarked
package org.kgcoop.clip;

import org.jspecify.annotations.NullMarked;
