using Tour;

try
{
    await FirstDay.WalkAsync(Place.FromEnvironment());
    return 0;
}
catch (Exception failure) when (failure is TourException or HttpRequestException)
{
    Console.Error.WriteLine($"\nThe tour ends here. {failure.Message}");
    return 1;
}
