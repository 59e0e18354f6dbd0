using Federated.Core.Jobs;
using Federated.Engine.Data;
using Federated.Engine.Data.Images;
using SkiaSharp;

namespace Federated.Engine.Tests.Data;

public sealed class ImageFolderTests
{
    private static readonly SKColor Red = new(255, 0, 0), Blue = new(0, 0, 255), Grey = new(102, 102, 102);

    [Fact]
    public void Classes_are_the_folders_and_test_pictures_those_below_test()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "train/dog/b.png", 1, 1, Blue);
        Write(folder, "train/cat/a.jpg", 8, 8, [.. Enumerable.Repeat(Grey, 64)]);
        Write(folder, "train/cat/note.txt", 1, 1, Red);   // no picture's ending
        Write(folder, "test/dog/c.png", 1, 1, Red);
        var set = ImageFolder.Load(folder.Path, new ImageSpec { Width = 1, Height = 1 });
        Assert.Equal<string>(["cat", "dog"], set.Shape.ClassNames);
        Assert.Equal<int>([3, 1, 1], set.Shape.Input);
        Assert.Equal([0, 1], set.Train.Labels.ToArray());
        Assert.Equal([1], set.Test!.Labels.ToArray());
        Assert.All(Features(set.Train, 0), value => Assert.Equal(0.4f, value, 0.02f));   // JPEG loses a little
        Assert.Equal([0f, 0, 1], Features(set.Train, 1));
        Assert.Equal([1f, 0, 0], Features(set.Test, 0));
    }

    [Fact]
    public void Folder_without_parts_has_no_test_set_of_its_own()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "cat/a.png", 1, 1, Red);
        Write(folder, "dog/a.PNG", 1, 1, Red);
        Assert.True(ImageFolder.Looks(folder.Path));
        Assert.Null(ImageFolder.Load(folder.Path, new ImageSpec()).Test);
    }

    [Fact]
    public void Pictures_are_brought_to_size_by_means_over_what_each_pixel_covers()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "a/p.png", 3, 1, new SKColor(0, 0, 0), new SKColor(90, 0, 0), new SKColor(240, 0, 0));
        Write(folder, "b/p.png", 1, 1, new SKColor(51, 0, 0));
        var set = ImageFolder.Load(folder.Path, new ImageSpec { Width = 2, Height = 2 });
        // 3 pixels under 2: (0 + 90 / 2) / 1.5 = 30 and (90 / 2 + 240) / 1.5 = 190
        Assert.Equal([30 / 255f, 190 / 255f, 30 / 255f, 190 / 255f, 0, 0, 0, 0, 0, 0, 0, 0], Features(set.Train, 0));
        Assert.Equal([0.2f, 0.2f, 0.2f, 0.2f], Features(set.Train, 1)[..4]);
    }

    [Fact]
    public void Grey_weighs_the_colours()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "a/p.png", 1, 1, new SKColor(100, 50, 200));   // 29.9 + 29.35 + 22.8 = 82.05
        Write(folder, "b/p.png", 1, 1, Red);
        var set = ImageFolder.Load(folder.Path, new ImageSpec { Width = 1, Height = 1, Color = ImageColor.Grey });
        Assert.Equal<int>([1, 1, 1], set.Shape.Input);
        Assert.Equal([82 / 255f], Features(set.Train, 0));
    }

    [Fact]
    public void Pictures_that_cannot_be_decoded_are_named_together()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "a/good.png", 40, 40, [.. Enumerable.Repeat(Red, 1600)]);
        Write(folder, "b/cut.png", 40, 40, [.. Enumerable.Range(0, 1600).Select(i => new SKColor((byte)(i * 7), (byte)(i * 13), (byte)(i * 29)))]);
        var cut = Path.Combine(folder.Path, "b", "cut.png");
        File.WriteAllBytes(cut, File.ReadAllBytes(cut)[..200]);
        File.WriteAllText(Path.Combine(folder.Path, "b", "text.jpg"), "no picture");
        var error = Assert.Throws<EngineException>(() => ImageFolder.Load(folder.Path, new ImageSpec())).Message;
        Assert.Contains($"{cut}: it is damaged", error, StringComparison.Ordinal);
        Assert.Contains("text.jpg: it is no picture that can be decoded", error, StringComparison.Ordinal);
        Assert.DoesNotContain("good.png", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_without_classes_or_pictures_is_refused()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "only"));
        Assert.Contains("at least two classes", Assert.Throws<EngineException>(() => ImageFolder.Load(folder.Path, new ImageSpec())).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Combine(folder.Path, "other"));
        Assert.Contains("has no pictures", Assert.Throws<EngineException>(() => ImageFolder.Load(folder.Path, new ImageSpec())).Message, StringComparison.Ordinal);
    }

    [FederatedDataFact("bccd")]
    public void Photographs_are_decoded()
    {
        var file = Directory.EnumerateFiles(Path.Combine(Environment.GetEnvironmentVariable(DataFolders.Variable)!, "bccd", "JPEGImages")).Order().First();
        var values = new byte[3 * 30 * 40];
        Assert.Null(ImageDecoder.Decode(file, new ImageSpec { Width = 40, Height = 30 }, values));
        Assert.InRange(values.Average(value => value), 100, 240);   // pale blood smears
    }

    private static float[] Features(ExampleSet examples, int index)
    {
        var values = new float[examples.Width];
        examples.CopyFeatures(index, values);
        return values;
    }

    private static void Write(TemporaryFolder folder, string name, int width, int height, params SKColor[] pixels)
    {
        var path = Path.Combine(folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var bitmap = new SKBitmap(width, height) { Pixels = pixels };
        using var file = File.Create(path);
        bitmap.Encode(file, name.EndsWith(".jpg", StringComparison.Ordinal) ? SKEncodedImageFormat.Jpeg : SKEncodedImageFormat.Png, 95);
    }
}
