using Federated.Cli.Predicting;
using Federated.Cli.Results;
using Federated.Core.Models;
using Federated.Engine.Predicting;

namespace Federated.Cli.Tests.Predicting;

public sealed class PredictionRowTests : IDisposable
{
    private static readonly DataShape Two = DataShape.ForClasses([1], 2) with { ClassNames = ["no", "yes"] };

    private readonly string _folder = Directory.CreateTempSubdirectory("federated-predictions-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Two_classes_have_the_score_of_the_second() => Assert.Equal("{\"example\":3,\"actual\":\"yes\",\"predicted\":\"no\",\"probability\":0.75,\"score\":0.25}",
        Json(new ClassPrediction(null, 1, 0, [0.75f, 0.25f]) { Example = 3 }));

    [Fact]
    public void Several_numbers_have_columns_of_their_own() => Assert.Equal("{\"target_1\":1,\"target_2\":2,\"prediction_1\":3,\"prediction_2\":4}", Json(new NumberPrediction(null, [1, 2], [3, 4])));

    [Fact]
    public void Boxes_are_lists_and_true_ones_have_no_confidence()
    {
        var boxes = new BoxPrediction([new(1, 1, 0.5f, 0.5f, 1, 1)], [new(0, 0.5f, 0, 0, 1, 1), new(1, 0.125f, 0, 0, 1, 1)]) { Example = 0 };
        Assert.Equal("{\"example\":0,\"objects\":[{\"class\":\"yes\",\"confidence\":null,\"x\":0.5,\"y\":0.5,\"width\":1,\"height\":1}],"
            + "\"found\":[{\"class\":\"no\",\"confidence\":0.5,\"x\":0,\"y\":0,\"width\":1,\"height\":1},{\"class\":\"yes\",\"confidence\":0.125,\"x\":0,\"y\":0,\"width\":1,\"height\":1}]}", Json(boxes));
        var row = PredictionRow.Of(boxes, Two);
        Assert.Equal("yes at 0.50 0.50, 1.00 x 1.00", PredictionText.Text(row["objects"], "|"));
        Assert.Equal("no 0.50 at 0.00 0.00, 1.00 x 1.00", PredictionText.Text(row["found"], "|"));   // the other one is too unsure to be shown
    }

    [Fact]
    public async Task Fields_of_a_table_are_quoted_where_they_have_to_be()
    {
        var file = Path.Combine(_folder, "p.csv");
        await PredictionFile.WriteAsync(file, [PredictionRow.Of(new TranslationPrediction("so, so", "\"so\"", "a\nb") { Example = 1 }, Two), PredictionRow.Of(new TranslationPrediction("a", "b", "") { Example = 2 }, Two)]);
        Assert.Equal("example,source,reference,translation\n1,\"so, so\",\"\"\"so\"\"\",\"a\nb\"\n2,a,b,\n", await File.ReadAllTextAsync(file));
    }

    private static string Json(Prediction prediction) => ResultJson.Line(PredictionRow.Of(prediction, Two));
}
