package org.kgcoop.cluster.features;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.LongAccumulator;
import org.kgcoop.KgCoopException;
import org.kgcoop.features.ShardEncoder;
import org.kgcoop.features.ShardEncoder.Image;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.Images;

/**
 * The work of a task on its images. It writes features into the feature cache, and returns one row
 * per unreadable image.
 *
 * @param attempts the number of failures of a task after which Spark cancels the job
 * @param read counts the images that were read
 * @param encoded counts the features that were computed
 */
record Encoding(
    JobRequest request,
    FeatureCacheFolder cache,
    Broadcast<KnownKeys> known,
    int attempts,
    LongAccumulator read,
    LongAccumulator encoded)
    implements Serializable {

  /** The columns of {@code errors.parquet}. */
  static final StructType ERRORS =
      new StructType().add("path", DataTypes.StringType).add("reason", DataTypes.StringType);

  Iterator<Row> encode(Iterator<Image> images) {
    List<Row> problems = new ArrayList<>();
    ViewEncoder encoder =
        new ViewEncoder(
            request.clip().clip(),
            new Images(warning -> {})); // about gray images, once per executor
    long[] told = {0};
    new ShardEncoder(encoder, request.views(), known.value(), request.readers())
        .encode(
            images,
            shard -> {
              cache.write(shard);
              encoded.add(shard.features().size());
            },
            (name, reason) -> problems.add(row(name, reason)),
            done -> {
              read.add(done - told[0]);
              told[0] = done;
            });
    return problems.iterator();
  }

  private Row row(String image, KgCoopException reason) {
    TaskContext task = TaskContext.get();
    // The network may recover, or work on another machine. A damaged image stays damaged.
    if (reason.category() == KgCoopException.Category.IO
        && task != null
        && task.attemptNumber() + 1 < attempts) {
      throw reason;
    }
    return RowFactory.create(image, String.valueOf(reason.getMessage()));
  }
}
