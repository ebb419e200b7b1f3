package org.kgcoop.cli.options;

import java.util.Iterator;
import java.util.stream.Stream;
import org.kgcoop.clip.ReleasedWeights;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSets;

/** Names that a shell completes. A shell completes paths by itself if no name fits. */
public final class Completions {
  private Completions() {}

  /** The names of data sets. */
  public static final class Data implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Stream.concat(
              EmbeddedDataSets.all().stream().map(set -> DataOptions.embedded(set.name())),
              PublishedDataSets.all().stream().map(PublishedDataSet::name))
          .iterator();
    }
  }

  /** The names of CLIP weights. */
  public static final class Weights implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Stream.concat(Stream.of(ClipOptions.EMBEDDED), ReleasedWeights.names().stream())
          .iterator();
    }
  }
}
