package org.kgcoop.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.image.view.Transform;

class ReductionTest {
  private static final Path IMAGES = Path.of("src/test/resources/pictures");

  @Test
  void theShorterSideStaysLongEnough() {
    Reduction reduction = new Transform(Preprocessing.clip(224)).reduction();
    assertThat(reduction.of(4032, 3024)).isEqualTo(2); // 1512 pixels are at least 4 x 224
    assertThat(reduction.of(6048, 8064)).isEqualTo(4);
    assertThat(reduction.of(1792, 9000)).isEqualTo(2);
    assertThat(reduction.of(1791, 9000)).isEqualTo(1);
    assertThat(reduction.of(60_000, 60_000)).isEqualTo(8);
    assertThat(Reduction.toLongerSide(1024).of(4032, 3024)).isEqualTo(2);
    assertThat(Reduction.NONE.of(60_000, 60_000)).isEqualTo(1);
  }

  /** Pillow's {@code draft} of these files has the sizes of libjpeg, which rounds up. */
  @Test
  void jpegImagesAreDecodedAtAPartOfTheirSize() throws IOException {
    Images images = new Images(warning -> {});
    for (String name : new String[] {"j61x97_s2_q75.jpg", "j61x97_s1_prog.jpg"}) {
      byte[] file = Files.readAllBytes(IMAGES.resolve(name));
      RgbImage whole = images.decode(file, name);
      for (int divisor : new int[] {2, 4, 8}) {
        RgbImage part =
            images.decodeUpright(file, name, (width, height) -> divisor, image -> image);
        assertThat(part.width()).isEqualTo((61 + divisor - 1) / divisor);
        assertThat(part.height()).isEqualTo((97 + divisor - 1) / divisor);
        assertThat(Math.abs(mean(part) - mean(whole))).isLessThan(2);
      }
    }
    byte[] png = Files.readAllBytes(IMAGES.resolve("p33x17_8_0_0_gama.png"));
    assertThat(images.decodeUpright(png, "a.png", (width, height) -> 8, RgbImage::width))
        .isEqualTo(33);
    assertThat(ImageHeader.of(png).divisor((width, height) -> 8)).isEqualTo(1);
    byte[] cmyk = Files.readAllBytes(IMAGES.resolve("jc17x33_2.jpg"));
    assertThat(images.decodeUpright(cmyk, "a.jpg", (width, height) -> 8, RgbImage::width))
        .isEqualTo(17);
    assertThat(ImageHeader.of(cmyk).divisor((width, height) -> 8)).isEqualTo(1);
  }

  @Test
  void anEighthOfAProgressiveImageNeedsNotAllOfItsData() throws IOException {
    List<byte[]> files = new ArrayList<>();
    files.add(Files.readAllBytes(IMAGES.resolve("j61x97_s1_prog.jpg")));
    for (int type : new int[] {BufferedImage.TYPE_3BYTE_BGR, BufferedImage.TYPE_BYTE_GRAY}) {
      files.add(progressive(type)); // colors at half of the resolution in both directions; gray
    }
    for (byte[] file : files) {
      try (PixelLimit limit = new PixelLimit(Images.DEFAULT_MAX_PIXELS)) {
        RgbImage image = JpegDecoder.decode(file, limit, (width, height) -> 8);
        assertThat(image.rgb()).isEqualTo(Leptonica.jpeg(file, 8).rgb());
      }
    }
  }

  @Test
  void aSamplingOfZeroIsRefused() throws IOException {
    byte[] file = progressive(BufferedImage.TYPE_BYTE_GRAY);
    int sampling = HexFormat.of().formatHex(file).indexOf("ffc2") / 2 + 11; // of the only component
    assertThat(file[sampling]).isEqualTo((byte) 0x11);
    for (int damaged : new int[] {0x01, 0x10, 0x00}) {
      file[sampling] = (byte) damaged;
      try (PixelLimit limit = new PixelLimit(Images.DEFAULT_MAX_PIXELS)) {
        assertThatThrownBy(() -> JpegDecoder.decode(file, limit, (width, height) -> 8))
            .isInstanceOf(IOException.class);
      }
    }
  }

  private static byte[] progressive(int type) throws IOException {
    BufferedImage noise = new BufferedImage(200, 133, type);
    Random random = new Random(3);
    for (int y = 0; y < noise.getHeight(); y++) {
      for (int x = 0; x < noise.getWidth(); x++) {
        noise.setRGB(x, y, random.nextInt(1 << 24));
      }
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(file)) {
      ImageWriteParam param = writer.getDefaultWriteParam();
      param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
      writer.setOutput(out);
      writer.write(null, new IIOImage(noise, null, null), param);
    } finally {
      writer.dispose();
    }
    return file.toByteArray();
  }

  private static double mean(RgbImage image) {
    long sum = 0;
    for (byte sample : image.rgb()) {
      sum += sample & 0xff;
    }
    return (double) sum / image.rgb().length;
  }
}
