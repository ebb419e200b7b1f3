package org.kgcoop.clip;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Weights with a short name: OpenAI's archives, and repositories of Hugging Face.
 *
 * <p>Cost and accuracy are those of OpenCLIP's tables ({@code docs/model_profile.csv} and {@code
 * docs/openclip_results.csv}, commit 89fb801), for the weights that these tables contain.
 *
 * @param owner the owner of the repository
 * @param name the name of the archive or the repository
 * @param alias a shorter name; empty if there is none
 * @param gigabytes the size of the weights, computed from their shapes: in float32, or as OpenAI's
 *     archives store them
 * @param gflop the arithmetic of one image in GFLOP. A multiplication and an addition count as two.
 * @param accuracy the mean zero-shot accuracy in percent over ImageNet, Caltech-101, Pets, Cars,
 *     Flowers, Food, Aircraft, SUN397, DTD and EuroSAT
 */
public record KnownWeights(
    String owner,
    String name,
    String alias,
    double gigabytes,
    OptionalDouble gflop,
    OptionalDouble accuracy) {
  private static final String OPENAI = "openai";
  private static final String NONE = "-";

  /** Owner, name, alias, GB, GFLOP and accuracy. */
  private static final String TABLE =
      """
      openai RN50                               -                  0.26  -    -
      openai RN101                              -                  0.29  -    -
      openai RN50x4                             -                  0.42  -    -
      openai RN50x16                            -                  0.66  -    -
      openai RN50x64                            -                  1.35  -    -
      openai ViT-B/32                           -                  0.35  8.8  62.5
      openai ViT-B/16                           -                  0.35  35.1 65.8
      openai ViT-L/14                           -                  0.93  162  72.9
      openai ViT-L/14@336px                     -                  0.93  -    -
      laion  CLIP-ViT-B-32-DataComp.XL-s13B-b90K -                 0.61  8.8  70.6
      laion  CLIP-ViT-B-32-256x256-DataComp-s34B-b86K ViT-B/32-256 0.61  11.5 74.7
      laion  CLIP-ViT-B-16-DataComp.XL-s13B-b90K ViT-B/16-DataComp 0.60  35.1 73.3
      laion  CLIP-ViT-L-14-DataComp.XL-s13B-b90K ViT-L/14-DataComp 1.71  162  79.9
      laion  CLIP-ViT-B-32-laion2B-s34B-b79K    -                  0.61  -    -
      laion  CLIP-ViT-B-16-laion2B-s34B-b88K    -                  0.60  -    -
      laion  CLIP-ViT-H-14-laion2B-s32B-b79K    -                  3.94  -    -
      laion  CLIP-ViT-bigG-14-laion2B-39B-b160k -                  10.2  -    -
      apple  DFN2B-CLIP-ViT-B-16                -                  0.60  35.1 73.6
      apple  DFN5B-CLIP-ViT-H-14                -                  3.94  335  84.1
      apple  DFN5B-CLIP-ViT-H-14-378            -                  3.95  -    -
      google siglip-base-patch16-224            -                  0.81  35.4 75.6
      google siglip-base-patch16-256            -                  0.81  -    -
      google siglip-base-patch16-384            -                  0.81  -    -
      google siglip-base-patch16-512            -                  0.81  -    -
      google siglip-large-patch16-256           -                  2.61  -    -
      google siglip-large-patch16-384           -                  2.61  -    -
      google siglip-so400m-patch14-224          -                  3.51  220  81.7
      google siglip-so400m-patch14-384          -                  3.51  -    -
      google siglip2-base-patch16-224           -                  1.50  -    -
      google siglip2-base-patch16-256           -                  1.50  -    -
      google siglip2-base-patch16-384           -                  1.50  -    -
      google siglip2-base-patch16-512           -                  1.50  -    -
      google siglip2-large-patch16-256          -                  3.53  -    -
      google siglip2-large-patch16-384          -                  3.53  -    -
      google siglip2-so400m-patch14-384         -                  4.54  -    -
      google siglip2-so400m-patch16-256         -                  4.54  -    -
      google siglip2-so400m-patch16-512         -                  4.55  -    -
      google siglip2-base-patch16-naflex        -                  1.50  -    -
      google siglip2-so400m-patch16-naflex      -                  4.54  -    -
      microsoft BiomedCLIP-PubMedBERT_256-vit_base_patch16_224 -   0.78  -    -
      timm   PE-Core-T-16-384                   -                  0.28  -    -
      timm   PE-Core-S-16-384                   -                  0.35  -    -
      timm   PE-Core-B-16                       -                  1.79  -    -
      timm   PE-Core-L-14-336                   -                  2.68  -    -
      timm   PE-Core-bigG-14-448                -                  9.68  -    -
      """;

  /** All weights: first those of known cost, the cheapest first. */
  public static final List<KnownWeights> ALL =
      TABLE
          .lines()
          .map(KnownWeights::parse)
          .sorted(
              Comparator.comparingDouble(known -> known.gflop().orElse(Double.POSITIVE_INFINITY)))
          .toList();

  /** A good choice for photos: a third of the arithmetic of ViT-B/16, and more accurate. */
  public static final String FOR_PHOTOS = "ViT-B/32-256";

  private static KnownWeights parse(String line) {
    String[] words = line.split(" +", 6);
    return new KnownWeights(
        words[0],
        words[1],
        words[2].equals(NONE) ? "" : words[2],
        Double.parseDouble(words[3]),
        number(words[4]),
        number(words[5]));
  }

  private static OptionalDouble number(String word) {
    return word.equals(NONE) ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(word));
  }

  /** Finds weights by their name or alias. */
  public static Optional<KnownWeights> find(String name) {
    return ALL.stream()
        .filter(known -> known.name.equals(name) || (known.alias.equals(name) && !name.isEmpty()))
        .findFirst();
  }

  /** Returns true for one of OpenAI's archives, which do not come from Hugging Face. */
  public boolean isArchive() {
    return owner.equals(OPENAI);
  }

  /** Returns the page of the repository, which states the current license. */
  public String page() {
    return (isArchive() ? "https://github.com/" : "https://huggingface.co/") + repository();
  }

  /** Returns OWNER/NAME. All of OpenAI's archives belong to one repository. */
  public String repository() {
    return owner + "/" + (isArchive() ? "CLIP" : name);
  }

  /** Returns the license that the pages of the owner name. Apple's is only for research. */
  public String license() {
    return switch (owner) {
      case "apple" -> "apple-amlr";
      case "google", "timm" -> "Apache-2.0";
      default -> "MIT";
    };
  }

  /** Returns the shortest name that {@code --clip} accepts. */
  public String shortName() {
    return alias.isEmpty() ? name : alias;
  }
}
