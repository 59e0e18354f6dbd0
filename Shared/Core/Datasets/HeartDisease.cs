using System.Collections.Immutable;
using Federated.Core.Models;

namespace Federated.Core.Datasets;

/// <summary>What the set heart-disease gives to a model. Four hospitals examined patients for coronary heart disease; the label is whether a major vessel was found
/// narrowed by more than half (the last column above 0).</summary>
/// <remarks>Usable are the patients whose first ten columns are all there, as in FLamby (Ogier du Terrail et al. 2022, arXiv:2210.04620): 303, 261, 46 and 130. The last
/// three features (slope, ca, thal) are left out, for many patients lack them.</remarks>
public static class HeartDisease
{
    /// <summary>Patients that are used.</summary>
    public const int Patients = 740;

    /// <summary>The clients, in the order of their names.</summary>
    public static ImmutableArray<string> Hospitals { get; } = ["cleveland", "hungarian", "switzerland", "va"];

    /// <summary>The columns that are used, in the order of the files, and the categories of those that have some: sex, chest pain, fasting blood sugar, resting
    /// electrocardiogram, angina by exercise.</summary>
    public static ImmutableArray<(string Name, ImmutableArray<int> Categories)> Columns { get; } =
    [
        ("age", []), ("sex", [0, 1]), ("cp", [1, 2, 3, 4]), ("trestbps", []), ("chol", []), ("fbs", [0, 1]), ("restecg", [0, 1, 2]), ("thalach", []), ("exang", [0, 1]), ("oldpeak", []),
    ];

    /// <summary>Features in the order of columns: a number as it is, one of two categories as 0 or 1, one of more as a feature a category.</summary>
    public static ImmutableArray<string> Features { get; } = [.. Columns.SelectMany(column =>
        column.Categories.Length > 2 ? column.Categories.Select(category => $"{column.Name}={category}") : [column.Name])];

    /// <summary>15 features, of which 5 are numbers; 2 classes.</summary>
    public static DataShape Shape { get; } = DataShape.ForClasses([Features.Length], 2) with
    {
        ClassNames = ["healthy", "diseased"],
        Flags = [.. Enumerable.Range(0, Features.Length).Where(index => !Columns.Any(column => column.Name == Features[index] && column.Categories.IsEmpty))],
    };
}
