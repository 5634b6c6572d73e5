/**
 * Area codes of the North American numbering plan (calling code 1) by country.
 * Source: prefix-destinations (Star2Billing/django-country-dialcode, MIT) and the ACS price list (RT-8, MIT), which agree on
 * every code that both know (Alaska is the United States here), with the codes that NANPA has opened since.
 * A code that is not listed has no country: its calls have no rate either, the ACS list has no bare "1" (RT-8).
 */
export const nanpCountries: readonly { country: string; name: string; areaCodes: string }[] = [
  {
    country: "AG",
    name: "Antigua and Barbuda",
    areaCodes: `
      268
    `,
  },
  {
    country: "AI",
    name: "Anguilla",
    areaCodes: `
      264
    `,
  },
  {
    country: "AS",
    name: "American Samoa",
    areaCodes: `
      684
    `,
  },
  {
    country: "BB",
    name: "Barbados",
    areaCodes: `
      246
    `,
  },
  {
    country: "BM",
    name: "Bermuda",
    areaCodes: `
      441
    `,
  },
  {
    country: "BS",
    name: "Bahamas",
    areaCodes: `
      242
    `,
  },
  {
    country: "CA",
    name: "Canada",
    areaCodes: `
      204 226 236 249 250 257 263 289 306 343 354 365 368 382 387 403 416 418 428 431 437 438 450 468
      474 506 514 519 548 579 581 584 587 600 604 613 639 647 672 683 705 709 742 753 778 780 782 807
      819 825 867 873 902 905 942
    `,
  },
  {
    country: "DM",
    name: "Dominica",
    areaCodes: `
      767
    `,
  },
  {
    country: "DO",
    name: "Dominican Republic",
    areaCodes: `
      809 829 849
    `,
  },
  {
    country: "GD",
    name: "Grenada",
    areaCodes: `
      473
    `,
  },
  {
    country: "GU",
    name: "Guam",
    areaCodes: `
      671
    `,
  },
  {
    country: "JM",
    name: "Jamaica",
    areaCodes: `
      658 876
    `,
  },
  {
    country: "KN",
    name: "Saint Kitts and Nevis",
    areaCodes: `
      869
    `,
  },
  {
    country: "KY",
    name: "Cayman Islands",
    areaCodes: `
      345
    `,
  },
  {
    country: "LC",
    name: "Saint Lucia",
    areaCodes: `
      758
    `,
  },
  {
    country: "MP",
    name: "Northern Mariana Islands",
    areaCodes: `
      670
    `,
  },
  {
    country: "MS",
    name: "Montserrat",
    areaCodes: `
      664
    `,
  },
  {
    country: "PR",
    name: "Puerto Rico",
    areaCodes: `
      787 939
    `,
  },
  {
    country: "SX",
    name: "Sint Maarten",
    areaCodes: `
      721
    `,
  },
  {
    country: "TC",
    name: "Turks and Caicos Islands",
    areaCodes: `
      649
    `,
  },
  {
    country: "TT",
    name: "Trinidad and Tobago",
    areaCodes: `
      868
    `,
  },
  {
    country: "US",
    name: "United States",
    areaCodes: `
      201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 220 223 224 225 227 228 229
      231 234 235 239 240 248 251 252 253 254 256 260 262 267 269 270 272 274 276 278 279 281 283 301
      302 303 304 305 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323 324 325 326 327 329
      330 331 332 334 336 337 339 341 346 347 350 351 352 353 357 360 361 363 364 369 380 385 386 401
      402 404 405 406 407 408 409 410 412 413 414 415 417 419 423 424 425 430 432 434 435 436 440 442
      443 445 447 448 452 456 457 458 463 464 469 470 472 475 478 479 480 484 501 502 503 504 505 507
      508 509 510 512 513 515 516 517 518 520 530 531 534 539 540 541 551 557 559 561 562 563 564 567
      570 571 572 573 574 575 580 582 585 586 601 602 603 605 606 607 608 609 610 612 614 615 616 617
      618 619 620 623 624 626 627 628 629 630 631 636 640 641 645 646 650 651 656 657 659 660 661 662
      667 669 678 679 680 681 682 686 689 701 702 703 704 706 707 708 710 712 713 714 715 716 717 718
      719 720 724 725 726 727 728 729 730 731 732 734 737 738 740 743 747 748 754 757 760 762 763 764
      765 769 770 771 772 773 774 775 779 781 785 786 801 802 803 804 805 806 808 810 812 813 814 815
      816 817 818 820 826 828 830 831 832 835 837 838 839 840 843 845 847 848 850 854 856 857 858 859
      860 861 862 863 864 865 870 872 878 879 901 903 904 906 907 908 909 910 912 913 914 915 916 917
      918 919 920 925 927 928 929 930 931 932 934 935 936 937 938 940 941 943 945 947 948 949 951 952
      954 956 959 970 971 972 973 975 978 979 980 983 984 985 986 989
    `,
  },
  {
    country: "VC",
    name: "Saint Vincent and the Grenadines",
    areaCodes: `
      784
    `,
  },
  {
    country: "VG",
    name: "British Virgin Islands",
    areaCodes: `
      284
    `,
  },
  {
    country: "VI",
    name: "US Virgin Islands",
    areaCodes: `
      340
    `,
  },
];

/** Toll-free codes shared by the countries of the plan; counted as the United States, as the ACS price list does. */
export const nanpTollFreeCodes = "800 822 833 844 855 866 877 888";
