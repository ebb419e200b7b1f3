package org.kgcoop.data.layout;

import org.jspecify.annotations.Nullable;

/**
 * A labeled image inside of a larger file.
 *
 * @param key what tells it from the others of the file, such as the name of a member of a tar
 * @param content the bytes of the image's own file
 * @param label the number of its class, from 0; null where only a name is known
 * @param className the name of its class; null where only a number is known
 */
// An array, since images are large and pass through once; records of it are never compared.
@SuppressWarnings("ArrayRecordComponent")
public record PackedImage(
    String key, byte[] content, @Nullable Integer label, @Nullable String className) {}
