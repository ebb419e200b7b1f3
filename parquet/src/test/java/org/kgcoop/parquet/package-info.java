/** Tests of files in the format of Hugging Face's library, and of damaged files. */
@NullMarked
package org.kgcoop.parquet;

import org.jspecify.annotations.NullMarked;
