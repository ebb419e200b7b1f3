package org.kgcoop.clip;

import java.util.Arrays;
import java.util.List;

/**
 * A CLIP model released by OpenAI.
 *
 * @param sha256 the SHA-256 of the released file, in hexadecimal; the URL of the file also contains
 *     it
 * @param config the shapes of the weights
 */
public record ReleasedClip(String name, String sha256, ClipConfig config) {

  /** Name, SHA-256, E, R, layers, width, patch ("-" for a ResNet) and width of the text encoder. */
  private static final String TABLE =
      """
      RN50           afeb0e10f9e5a86da6080e35cf09123aca3b358a0c3e3b6c78a7b63bc04b6762 1024 224 3,4,6,3    64   -  512
      RN101          8fa8567bab74a42d41c5915025a8e4538c3bdbe8804a470a72f30b0d94fab599 512  224 3,4,23,3   64   -  512
      RN50x4         7e526bd135e493cef0776de27d5f42653e6b4c8bf9e0f653bb11773263205fdd 640  288 4,6,10,6   80   -  640
      RN50x16        52378b407f34354e150460fe41077663dd5b39c54cd0bfd2b27167a4a06ec9aa 768  384 6,8,18,8   96   -  768
      RN50x64        be1cfb55d75a9666199fb2206c106743da0f6468c9d327f3e0d0a543a9919d9c 1024 448 3,15,36,10 128  -  1024
      ViT-B/32       40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af 512  224 12         768  32 512
      ViT-B/16       5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f 512  224 12         768  16 512
      ViT-L/14       b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836 768  224 24         1024 14 768
      ViT-L/14@336px 3035c92b350959924f9f00213499208652fc7ea050643e8b385c2dac08641f02 768  336 24         1024 14 768
      """;

  /** All released models, in the order of OpenAI's list. */
  public static final List<ReleasedClip> ALL = TABLE.lines().map(ReleasedClip::parse).toList();

  /** Returns the name of the archive that OpenAI's code stores, such as {@code ViT-B-16.pt}. */
  public String fileName() {
    return name.replace('/', '-').replace('@', '-') + ".pt";
  }

  private static ReleasedClip parse(String line) {
    String[] words = line.split(" +", 8);
    List<Integer> layers = Arrays.stream(words[4].split(",", -1)).map(Integer::valueOf).toList();
    int width = Integer.parseInt(words[5]);
    int text = Integer.parseInt(words[7]);
    ClipConfig.Vision vision =
        words[6].equals("-")
            ? new ClipConfig.ResNet(width, layers, width * 32 / 64)
            : new ClipConfig.Vit(width, layers.get(0), Integer.parseInt(words[6]), width / 64);
    return new ReleasedClip(
        words[0],
        words[1],
        new ClipConfig(
            Integer.parseInt(words[2]),
            Integer.parseInt(words[3]),
            3,
            77,
            49408,
            text,
            text / 64,
            12,
            Activation.QUICK_GELU,
            vision));
  }
}
