/**
 * Reads image data sets of Hugging Face's Parquet form into {@link org.kgcoop.data}'s types, and
 * writes features. A module of its own: its library carries stand-ins for classes of Hadoop, so it
 * must never be on one class path with Apache Spark.
 */
@NullMarked
package org.kgcoop.parquet;

import org.jspecify.annotations.NullMarked;
