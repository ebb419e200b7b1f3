package org.kgcoop.data.layout;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;

/**
 * A folder of images, some of which are labeled with tags: words that an image has or has not. The
 * items of the data set have one class, because a class says nothing here.
 *
 * @param labeled the labeled images, all of them training images
 * @param all all images of the folder, labeled or not, all of them training images
 * @param tags the tags, in alphabetical order
 * @param byImage the tags of each labeled image, by the key of its item
 * @param incomplete the tags of which at least one labeled image may lack a label; its missing tag
 *     counts as "no"
 */
public record TagSet(
    DataSet labeled,
    DataSet all,
    List<String> tags,
    Map<String, Set<String>> byImage,
    Set<String> incomplete) {
  /** The class of all items. */
  static final String CLASS = "image";

  /** Returns true if a labeled image has a tag. */
  public boolean has(Item item, String tag) {
    return byImage.getOrDefault(item.key(), Set.of()).contains(tag);
  }

  /** Returns true if both images have tags, and none in common. */
  public boolean differ(Item one, Item other) {
    Set<String> tags = byImage.getOrDefault(one.key(), Set.of());
    Set<String> others = byImage.getOrDefault(other.key(), Set.of());
    return !tags.isEmpty() && !others.isEmpty() && Collections.disjoint(tags, others);
  }

  /**
   * Returns the tags of all images of a folder.
   *
   * @param all the images, labeled or not
   */
  static TagSet of(
      DataSet all,
      Collection<String> tags,
      Map<String, Set<String>> byImage,
      Set<String> incomplete) {
    return new TagSet(all, all, List.copyOf(tags), byImage, incomplete).withAll(all);
  }

  /** Returns the same tags for a part of all images. */
  public TagSet withAll(DataSet part) {
    List<Item> items =
        part.train().stream().filter(item -> byImage.containsKey(item.key())).toList();
    return new TagSet(
        part.withImages(items, List.of(), List.of()), part, tags, byImage, incomplete);
  }

  /** Returns the same tags for a part of the labeled images, or with other groups of them. */
  public TagSet withLabeled(DataSet part) {
    return new TagSet(part, all, tags, byImage, incomplete);
  }

  /** Returns the tags that at least one labeled image has, or those that none has. */
  public List<String> tags(boolean used) {
    Set<String> found =
        labeled.train().stream()
            .flatMap(item -> byImage.getOrDefault(item.key(), Set.of()).stream())
            .collect(Collectors.toSet());
    return tags.stream().filter(tag -> found.contains(tag) == used).toList();
  }
}
