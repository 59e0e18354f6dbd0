using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Engine.Data;
using Federated.Engine.Data.Boxes;

namespace Federated.Engine.Tests.Data.Boxes;

public sealed class VocFolderTests : IDisposable
{
    private static readonly ImageSpec Image = new() { Width = 8, Height = 8 };
    private static readonly DetectionSpec Detection = new() { Anchors = [0.5, 0.5] };

    // A picture of 2 x 2 pixels.
    private static readonly byte[] Png = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Objects_are_boxes_by_their_middle_and_size_and_lists_make_the_split()
    {
        Add("one", Object("dog", 1, 1, 5, 10), Object("cat", 6, 3, 10, 4));
        Add("two");
        _folder.Write("ImageSets/Main/trainval.txt", "one\n");
        _folder.Write("ImageSets/Main/test.txt", "two\n");
        var set = VocFolder.Load(_folder.Path, Image, Detection, null);
        Assert.Equal<string>(["cat", "dog"], set.Shape.ClassNames);
        Assert.Equal((Objective.Detection, 1, 1), (set.Shape.Objective, set.Train.Count, set.Test!.Count));
        Assert.Equal<int>([7, 1, 1], set.Shape.Output);
        float[] expected = [1, 0.25f, 0.5f, 0.5f, 1, 0, 0.75f, 0.3f, 0.5f, 0.2f];
        Assert.All(set.Train.Targets().Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-6f));
        Assert.Empty(BoxedImages.Read(set.Test.Targets()));
    }

    [Fact]
    public void Without_lists_all_images_are_read_and_none_is_set_aside()
    {
        Add("b", Object("dog", 1, 1, 5, 5));
        Add("a");
        var set = VocFolder.Load(_folder.Path, Image, Detection, null);
        Assert.Equal(2, set.Train.Count);
        Assert.Null(set.Test);
    }

    [Fact]
    public void All_errors_are_told_at_once_with_file_and_line()
    {
        Add("out", Object("dog", 1, 1, 11, 5));
        Add("kind", Object("horse", 1, 1, 5, 5));
        Add("gap", "<object>\n<name>dog</name>\n</object>\n");
        Add("word", "<object>\n<name>dog</name>\n<bndbox><xmin>x</xmin></bndbox></object>\n");
        _folder.Write("Annotations/broken.xml", "<annotation>\n<object>\n");
        _folder.Write("JPEGImages/broken.jpg", "no picture");
        _folder.Write("Annotations/alone.xml", "<annotation><size><width>1</width><height>1</height></size></annotation>");
        var message = Assert.Throws<EngineException>(() => VocFolder.Load(_folder.Path, Image with { Width = 12 }, Detection, ["dog"])).Message;
        Assert.Contains("out.xml, line 5: the box 1, 1 to 11, 5 is not within the image of 10 x 10 pixels", message, StringComparison.Ordinal);
        Assert.Contains("kind.xml, line 3: the class 'horse' is not one of dog", message, StringComparison.Ordinal);
        Assert.Contains("gap.xml, line 3: xmin is missing", message, StringComparison.Ordinal);
        Assert.Contains("word.xml, line 5: xmin is 'x' and must be a number of pixels", message, StringComparison.Ordinal);
        Assert.Contains("broken.xml, line 3: the XML is broken", message, StringComparison.Ordinal);
        Assert.Contains("broken.jpg: ", message, StringComparison.Ordinal);
        Assert.Contains("JPEGImages has no alone.jpg", message, StringComparison.Ordinal);
        Assert.Contains("data.detection.stride is 8", message, StringComparison.Ordinal);
    }

    [FederatedDataFact("bccd")]
    public async Task Blood_cells_have_292_pictures_to_train_on_and_72_to_test_on()
    {
        var data = await new DatasetStore(DataFolders.Standard([])).LoadAsync(
            new DataSpec { Name = "bccd", Image = new() { Width = 16, Height = 16 }, Clients = 5 }, 42, [], CancellationToken.None);
        Assert.Equal((292, 72), (data.Train.Count, data.Test.Count));
        Assert.Equal(4888, new[] { data.Train, data.Test }.Sum(set => Enumerable.Range(0, set.Count).Sum(index =>
        {
            var target = new float[set.TargetWidth];
            set.CopyTarget(index, target);
            return BoxedImages.Read(target).Count;
        })));
    }

    private static string Object(string kind, int left, int top, int right, int bottom) =>
        $"<object>\n<name>{kind}</name>\n<bndbox><xmin>{left}</xmin><ymin>{top}</ymin><xmax>{right}</xmax><ymax>{bottom}</ymax></bndbox></object>\n";

    private void Add(string name, params string[] objects)
    {
        _folder.Write($"Annotations/{name}.xml", $"<annotation>\n<size><width>10</width><height>10</height></size>\n{string.Concat(objects)}</annotation>\n");
        _folder.Write($"JPEGImages/{name}.png", Png);
    }
}
