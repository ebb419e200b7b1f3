/** BiomedCLIP: its family, its text encoder and its tokenizer. */
@NullMarked
@CheckReturnValue
package org.kgcoop.clip.biomed;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
