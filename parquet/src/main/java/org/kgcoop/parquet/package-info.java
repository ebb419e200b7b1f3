/**
 * A reader of image data sets in Hugging Face's Parquet format, and a writer of features. The
 * package has its own module, because its library contains stubs of Hadoop classes. It must not
 * share a class path with Apache Spark.
 */
@NullMarked
package org.kgcoop.parquet;

import org.jspecify.annotations.NullMarked;
