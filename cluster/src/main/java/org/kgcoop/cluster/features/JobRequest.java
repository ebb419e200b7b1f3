package org.kgcoop.cluster.features;

import java.io.Serializable;

/**
 * The request of a job.
 *
 * @param images a folder, an image, a tar or a Parquet file, on any file system
 * @param cache a folder
 * @param clip what encodes
 * @param views of {@code --augment cache:V}, beside the one of the test transform
 * @param readers threads of a task that read and decode ahead
 */
public record JobRequest(String images, String cache, ClipSource clip, int views, int readers)
    implements Serializable {}
