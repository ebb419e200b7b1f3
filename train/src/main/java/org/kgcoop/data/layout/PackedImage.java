package org.kgcoop.data.layout;

import org.jspecify.annotations.Nullable;

/**
 * A labeled image inside a larger file.
 *
 * @param key its unique key in the file, such as the name of a tar member
 * @param content the bytes of the image file
 * @param label the number of its class, from 0; null if only a name is known
 * @param className the name of its class; null if only a number is known
 */
// An array, because images are large and used once. No code compares these records.
@SuppressWarnings("ArrayRecordComponent")
public record PackedImage(
    String key, byte[] content, @Nullable Integer label, @Nullable String className) {}
