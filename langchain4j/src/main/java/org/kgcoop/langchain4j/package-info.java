/** CLIP features as an embedding model of LangChain4j. */
@NullMarked
@CheckReturnValue
package org.kgcoop.langchain4j;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
