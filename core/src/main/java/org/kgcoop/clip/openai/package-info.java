/** CLIP: the models of OpenAI, and those of others with the same encoders. */
@NullMarked
@CheckReturnValue
package org.kgcoop.clip.openai;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
