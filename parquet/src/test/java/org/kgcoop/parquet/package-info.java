/** Files as Hugging Face's library writes them, and damaged ones. */
@NullMarked
package org.kgcoop.parquet;

import org.jspecify.annotations.NullMarked;
